// What leads out of the platform to people: a part of ports.ts.
import type { Message } from '../domain/notifications/messages.js';
import type { Channel } from '../domain/notifications/subscriptions.js';
import type { Closable } from './ports-closable.js';

export interface ChannelsPort extends Closable {
  /**
   * Sends one message. Returns what the receiver answered, in a few words.
   * @throws InvalidInputError for what will never be sent: an address that may not be asked, a refused recipient, no
   * SMTP server; UnreachableError and others for what may pass. Neither tells a secret.
   */
  send(channel: Channel, message: Message): Promise<string>;
}
