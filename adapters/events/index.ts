import { byScheme, schemePath } from '../addresses.js';
import type { EventsPort } from '../ports.js';
import { mongoEvents } from './mongodb.js';
import { sqliteEvents } from './sqlite.js';

/** Event backends by the scheme of their address. */
export const EVENTS: Record<string, (address: string) => EventsPort> = {
  mongodb: mongoEvents,
  'mongodb+srv': mongoEvents,
  sqlite: (address) => sqliteEvents(schemePath(address)),
};

export const openEvents = (address: string): EventsPort => byScheme('EVENTS_URL', EVENTS, address)(address);
