import { byScheme, schemePath } from '../addresses.js';
import { openDocuments } from '../documents/index.js';
import type { DocumentsPort, EventsPort } from '../ports.js';
import { amqpEvents } from './amqp.js';
import { mongoEvents } from './mongodb.js';
import type { Outbox } from './outbox.js';
import { sqliteEvents } from './sqlite.js';

/** The documents whose store holds the outbox of a broker. */
export interface EventsBeside {
  documentsUrl: string;
  documents: DocumentsPort;
}

type OpenEvents = (address: string, beside: EventsBeside) => EventsPort;

const OUTBOXES: Record<string, (address: string) => Outbox> = {
  mongodb: mongoEvents,
  'mongodb+srv': mongoEvents,
  sqlite: (address) => sqliteEvents(schemePath(address)),
};

/** A broker carries what lies in the outbox beside the documents. */
const broker: OpenEvents = (address, { documentsUrl, documents }) =>
  amqpEvents(address, {
    outbox: byScheme('DOCUMENTS_URL', OUTBOXES, documentsUrl)(documentsUrl),
    documents,
  });

/** Event backends by the scheme of their address. */
export const EVENTS: Record<string, OpenEvents> = { ...OUTBOXES, amqp: broker, amqps: broker };

/** @param beside left out: the documents lie at the same address. */
export const openEvents = (address: string, beside?: EventsBeside): EventsPort =>
  byScheme(
    'EVENTS_URL',
    EVENTS,
    address,
  )(address, beside ?? { documentsUrl: address, documents: openDocuments(address) });
