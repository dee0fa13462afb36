import type { ChannelsBeside, ChannelSender } from './index.js';
import { postTo } from './post.js';

/** The body that Slack's incoming webhooks take, and those of Mattermost, Rocket.Chat and Discord (`…/slack`). */
export const slackChannel = ({ http }: ChannelsBeside): ChannelSender<'slack'> => ({
  send({ url }, { title, text }) {
    const body = JSON.stringify({ text: `*${escaped(title)}*\n${escaped(text)}` });
    return postTo(http, { url, body, headers: {} });
  },
});

/** Slack's three signs of its own; so that a headline neither calls a channel nor makes a link. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
