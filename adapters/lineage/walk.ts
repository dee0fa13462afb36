import type { LineageKind, LineageNode } from '../../domain/lineage.js';
import type { DocumentsPort, ObjectsPort, SeriesPort } from '../ports.js';

export interface Stores {
  documents: DocumentsPort;
  objects: ObjectsPort;
  series: SeriesPort;
}

/** The stores, and how a reader goes on to what a record names. */
export interface Walk extends Stores {
  /** @throws InvalidInputError naming the known forms, NotFoundError where nothing of that id is stored. */
  node(id: string): Promise<LineageNode>;
}

/** Reads things of one kind, told from the form of their ids. */
export interface Reader {
  kind: LineageKind;
  form: RegExp;
  example: string;
  /** Null where nothing of that id is stored. */
  read(walk: Walk, id: string): Promise<LineageNode | null>;
}
