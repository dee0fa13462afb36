import type { Source } from './api';

/** `recorded:<dir>`, `simulated:<seed>`, `live`: as the API reads it. */
export const sourceText = ({ kind, detail }: Source): string => (detail ? `${kind}:${detail}` : kind);

/** Address of a stream's page; one stream may be stored from several sources. */
export const streamAddress = (stream: string, source: Source): string =>
  `#/prices/${stream}/${encodeURIComponent(sourceText(source))}`;
