import type { Transporter } from 'nodemailer';
import { InvalidInputError, messageOf, UnreachableError } from '../../domain/errors.js';
import { redacted } from '../addresses.js';
import type { ChannelsBeside, ChannelSender } from './index.js';

const TIMEOUT_MS = 10_000;

/** Plain text over the SMTP server of SMTP_URL, from SMTP_FROM. */
export function emailChannel({ smtp }: ChannelsBeside): ChannelSender<'email'> {
  let transport: Promise<Transporter> | null = null;
  return {
    async send({ to }, { id, subscription, title, text }) {
      if (smtp.url === '' || smtp.from === '')
        throw new InvalidInputError('No e-mail can be sent: set SMTP_URL and SMTP_FROM');
      transport ??= openTransport(smtp.url);
      const host = smtp.from.split('@')[1]?.replace(/[^\w.-]/g, '') || 'localhost';
      try {
        const sent = await (
          await transport
        ).sendMail({
          from: smtp.from,
          to,
          subject: `[FinSight] ${title}`,
          text,
          // The same on each try: mail programs show it once.
          messageId: `<${id}@${host}>`,
          headers: {
            'X-FinSight-Delivery': id,
            'X-FinSight-Subscription': subscription.replace(/[^\x20-\x7e]/g, '?'),
          },
          // Text of articles is no place to read files or addresses from.
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        const { response = 'accepted', rejected = [] } = sent as { response?: string; rejected?: unknown[] };
        const left = rejected.length > 0 ? `; refused: ${rejected.map(String).join(', ')}` : '';
        return `SMTP ${response.slice(0, 200)}${left}`;
      } catch (error) {
        throw translated(smtp.url, error);
      }
    },
    async close() {
      const open = transport;
      transport = null;
      (await open?.catch(() => null))?.close();
    },
  };
}

async function openTransport(url: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const timeouts = {
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: 2 * TIMEOUT_MS,
  };
  return createTransport({ url, ...timeouts } as never) as unknown as Transporter;
}

/** Recipients that the server will not take are final; a wrong password may be put right while it waits. */
function translated(url: string, error: unknown): Error {
  const { responseCode = 0, code = '' } = error as { responseCode?: number; code?: string };
  const text = `The SMTP server at ${redacted(url)} did not take it: ${messageOf(error)}`;
  if (code === 'EENVELOPE' && responseCode >= 500) return new InvalidInputError(text);
  return new UnreachableError(text);
}
