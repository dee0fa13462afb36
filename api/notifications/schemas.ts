import { z } from 'zod';
import { isTimeZone } from '../../domain/notifications/quiet.js';
import type { Channel, Delivery, Subscription } from '../../domain/notifications/subscriptions.js';
import { event } from '../event-consumers.js';
import { answer, instant, request } from '../schemas.js';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM, such as 22:00');
const address = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .max(2048)
  .refine((url) => !new URL(url).username, 'must hold no user name; a webhook is signed instead');
const texts = z.array(z.string().min(1).max(200)).min(1).max(100);
/** A quoted name or brackets would be read in more than one way by mail servers. */
const mailAddress = z.email().max(254);

const channel = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook'),
    url: address,
    secret: z
      .string()
      .min(16)
      .max(200)
      .optional()
      .describe('Signs each request; left out: one is made and shown once'),
  }),
  z.strictObject({ kind: z.literal('slack'), url: address }),
  z.strictObject({ kind: z.literal('email'), to: z.array(mailAddress).min(1).max(20) }),
]);

const members = {
  name: z.string().min(1).max(100),
  types: z
    .array(
      z
        .string()
        .regex(/^(\*|[a-z]+(\.[a-z]+)*(\.\*)?)$/, 'must be a type such as article.scored, article.* or *'),
    )
    .min(1)
    .max(50),
  filters: z
    .strictObject({ tickers: texts.optional(), sources: texts.optional(), streams: texts.optional() })
    .describe('Members that are given must all hold, each with any of its values'),
  quietHours: z
    .strictObject({
      from: clock,
      to: clock,
      timeZone: z.string().refine(isTimeZone, 'must be an IANA name, such as Europe/Berlin'),
    })
    .refine(({ from, to }) => from !== to, 'from and to are the same: nothing would ever be sent')
    .nullable()
    .describe('Nothing is sent then; it is sent at the end of them'),
  perHour: z.int().min(1).max(10_000).nullable().describe('Notifications an hour; those above wait'),
  state: z.enum(['active', 'paused']),
};

const settings = {
  ...members,
  filters: members.filters.default({}),
  quietHours: members.quietHours.default(null),
  perHour: members.perHour.default(null),
  state: members.state.default('active'),
};

export const creation = request('SubscriptionRequest', z.strictObject({ ...settings, channel }));
export const replacement = request(
  'SubscriptionChange',
  z.strictObject({
    ...settings,
    channel: channel
      .optional()
      .describe('Left out: the channel stays; a webhook without `secret` keeps its own'),
  }),
);

const shownChannel = z
  .object({
    kind: z.enum(['webhook', 'slack', 'email']),
    host: z.string().nullable().describe('Of the address, the rest of which may be a secret'),
    to: z.array(z.string()).nullable(),
    hasSecret: z.boolean(),
  })
  .describe('Secrets are never shown again');
const shown = {
  id: z.string().meta({ examples: ['sub_0123456789abcdef'] }),
  ...members,
  channel: shownChannel,
  createdAt: instant,
  createdBy: z.string(),
  updatedAt: instant,
};
export const subscription = answer('Subscription', z.object(shown));
export const withSecret = answer(
  'SubscriptionCreated',
  z.object({
    ...shown,
    secret: z.string().nullable().describe('Of a webhook whose key was made here; shown this once'),
  }),
);

export const delivery = answer(
  'Delivery',
  z.object({
    id: z.string().meta({ examples: ['ntf_0123456789abcdef01234567'] }),
    subscription: z.string(),
    event,
    state: z.enum(['waiting', 'sent', 'dead']),
    dueAt: instant,
    createdAt: instant,
    attempts: z.int(),
    error: z.string().nullable(),
    log: z.array(
      z.object({
        at: instant,
        outcome: z.enum(['sent', 'failed', 'quiet', 'limited', 'paused', 'dead', 'retried']),
        detail: z.string(),
      }),
    ),
  }),
);

export const showSubscription = ({ channel: own, tenant: _, ...rest }: Subscription) => ({
  ...rest,
  channel: showChannel(own),
});

const showChannel = (own: Channel) => ({
  kind: own.kind,
  host: own.kind === 'email' ? null : new URL(own.url).host,
  to: own.kind === 'email' ? own.to : null,
  hasSecret: own.kind === 'webhook',
});

export const showDelivery = ({ facts: _, ...rest }: Delivery): Omit<Delivery, 'facts'> => rest;
