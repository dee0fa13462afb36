import type { ModelVersion, ObjectRef, Stage } from '../domain/models.js';
import type { Closable } from './ports-closable.js';
import type { TrackingPort } from './ports-tracking.js';

/** Where models are registered; a part of ports.ts. */

/** A version as every registry can tell it. */
export interface RegisteredVersion {
  /** `mdl_<name>@<version>`. */
  id: string;
  name: string;
  version: string;
  stage: Stage;
  tags: Record<string, string>;
  /** `champion`, `challenger`, and with the source behind it where that is not live: `champion-simulated-1`. */
  aliases: string[];
  onnxSha256: string;
  createdAt: number;
  /** What the backend calls it; null where that is the same. */
  remote: { number: string; run: string } | null;
}

export interface RegisteredModel {
  name: string;
  aliases: { alias: string; version: string }[];
}

export interface RegistryPage<T> {
  items: T[];
  cursor: string | null;
}

/** A file of a version by its name there, such as `model.onnx`. */
export interface RegistryFile {
  path: string;
  bytes: number;
}

export interface Registration {
  model: ModelVersion;
  tags: Record<string, string>;
  files: { path: string; ref: ObjectRef }[];
  /** The bytes of a file, held against its digest as they pass. @throws DataQualityError at the end where it differs */
  read(ref: ObjectRef): AsyncIterable<Uint8Array>;
}

export const PERMISSIONS = ['READ', 'EDIT', 'MANAGE'] as const;
export type Permission = (typeof PERMISSIONS)[number];

export interface Grant {
  /** `model:<name>` or `experiment:<name>`. */
  on: string;
  permission: string;
}

export interface RegistryUser {
  name: string;
  isAdmin: boolean;
  grants: Grant[];
}

/** Users of the registry itself. All of it may be repeated. */
export interface PermissionsPort {
  users(): Promise<RegistryUser[]>;
  /** @throws InvalidInputError for a password that is too short, or a name that is taken */
  createUser(user: { name: string; password: string }): Promise<void>;
  /** In the place of what the user had on it. @throws NotFoundError for an unknown user, model or experiment */
  grant(user: string, grant: { on: string; permission: Permission }): Promise<void>;
  /** @throws NotFoundError as `grant`, and where there is nothing to revoke */
  revoke(user: string, on: string): Promise<void>;
}

/** Every call may be repeated: the same again is the same. */
export interface RegistryPort extends Closable {
  backend: string;
  /** As it may be shown. */
  address: string;
  /** @throws UnreachableError with the reason */
  probe(): Promise<void>;
  register(registration: Registration): Promise<RegisteredVersion>;
  get(id: string): Promise<RegisteredVersion | null>;
  /** Versions, of one model where it is named, newest first. */
  versions(query: {
    name?: string;
    limit: number;
    cursor?: string;
  }): Promise<RegistryPage<RegisteredVersion>>;
  models(query: { limit: number; cursor?: string }): Promise<RegistryPage<RegisteredModel>>;
  /** Adds tags, or replaces those of these names. @throws NotFoundError */
  setTags(id: string, tags: Record<string, string>): Promise<void>;
  /** @throws NotFoundError */
  setStage(id: string, stage: Stage): Promise<void>;
  /** Moves an alias of a model; null removes it. @throws NotFoundError for a version that is not there */
  setAlias(name: string, alias: string, version: string | null): Promise<void>;
  files(id: string): Promise<RegistryFile[]>;
  /** @throws NotFoundError */
  download(id: string, path: string): Promise<AsyncIterable<Uint8Array>>;
  /** Absent where the registry has no users of its own. */
  permissions?: PermissionsPort;
}

/** A registry outside of the platform that is told what happens here. */
export interface MirrorPort {
  registry: RegistryPort;
  tracking: TrackingPort;
}
