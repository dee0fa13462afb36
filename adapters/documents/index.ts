import { byScheme, schemePath } from '../addresses.js';
import type { DocumentsPort } from '../ports.js';
import { mongoDocuments } from './mongodb.js';
import { sqliteDocuments } from './sqlite.js';

/** Document backends by the scheme of their address. */
export const DOCUMENTS: Record<string, (address: string) => DocumentsPort> = {
  mongodb: mongoDocuments,
  'mongodb+srv': mongoDocuments,
  sqlite: (address) => sqliteDocuments(schemePath(address)),
};

export const openDocuments = (address: string): DocumentsPort =>
  byScheme('DOCUMENTS_URL', DOCUMENTS, address)(address);
