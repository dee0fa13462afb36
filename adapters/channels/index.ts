import type { Channel } from '../../domain/notifications/subscriptions.js';
import type { Config } from '../config.js';
import type { HttpClient } from '../http/http.js';
import type { ChannelsPort } from '../ports-notifications.js';
import type { Message } from '../../domain/notifications/messages.js';
import { emailChannel } from './email.js';
import { slackChannel } from './slack.js';
import { webhookChannel } from './webhook.js';

/** Sends to channels of one kind. */
export interface ChannelSender<K extends Channel['kind']> {
  send(channel: Extract<Channel, { kind: K }>, message: Message): Promise<string>;
  close?(): Promise<void>;
}

export interface ChannelsBeside {
  http: HttpClient;
  smtp: Config['smtp'];
}

/** Channels by their kind. */
export const CHANNELS: { [K in Channel['kind']]: (beside: ChannelsBeside) => ChannelSender<K> } = {
  webhook: webhookChannel,
  slack: slackChannel,
  email: emailChannel,
};

export function openChannels(beside: ChannelsBeside): ChannelsPort {
  const { webhook, slack, email } = CHANNELS;
  const senders = { webhook: webhook(beside), slack: slack(beside), email: email(beside) };
  return {
    send(channel, message) {
      const sender: Pick<ChannelSender<never>, 'send'> = senders[channel.kind];
      return sender.send(channel as never, message);
    },
    async close() {
      await senders.email.close?.();
    },
  };
}
