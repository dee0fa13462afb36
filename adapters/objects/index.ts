import { byScheme, schemePath } from '../addresses.js';
import type { ObjectsPort } from '../ports.js';
import { fileObjects } from './file.js';
import { s3Objects } from './s3.js';

/** Object stores by the scheme of their address. */
export const OBJECTS: Record<string, (address: string) => ObjectsPort> = {
  file: (address) => fileObjects(schemePath(address)),
  s3: s3Objects,
};

export const openObjects = (address: string): ObjectsPort =>
  byScheme('OBJECTS_URL', OBJECTS, address)(address);
