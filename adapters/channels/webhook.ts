import { signature } from '../../domain/notifications/messages.js';
import type { ChannelsBeside, ChannelSender } from './index.js';
import { postTo } from './post.js';

/** JSON with its signature; docs/news.md says how a receiver checks it. */
export const webhookChannel = ({ http }: ChannelsBeside): ChannelSender<'webhook'> => ({
  send({ url, secret }, message) {
    const body = JSON.stringify(message.body);
    const seconds = Math.floor(Date.now() / 1000);
    const headers = {
      'x-finsight-delivery': message.id,
      'x-finsight-signature': signature(secret, seconds, body),
    };
    return postTo(http, { url, body, headers });
  },
});
