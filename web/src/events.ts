import { keyHeader, type Schemas } from './api';

const RECONNECT_MS = 2000;

interface Listener {
  onProgress(progress: Schemas['RunProgress']): void;
  onClosed(): void;
  signal: AbortSignal;
}

/**
 * Follows a run's server-sent events until it has ended. By fetch and not by EventSource, which cannot send an
 * API key; a broken connection is opened again where it was.
 */
export async function followRun(workflowId: string, listener: Listener): Promise<void> {
  const { signal } = listener;
  const address = `/api/v1/runs/${encodeURIComponent(workflowId)}/events`;
  let lastId = '';
  while (!signal.aborted) {
    const resume: Record<string, string> = lastId ? { 'last-event-id': lastId } : {};
    const headers = { accept: 'text/event-stream', ...keyHeader(), ...resume };
    const answer = await fetch(address, { headers, signal }).catch(() => null);
    if (answer && (answer.status === 204 || answer.status === 404)) return listener.onClosed();
    if (answer?.ok && answer.body)
      for await (const event of eventsOf(answer.body)) {
        lastId = event.id || lastId;
        if (event.name === 'closed') return listener.onClosed();
        if (event.name === 'progress') listener.onProgress(JSON.parse(event.data) as Schemas['RunProgress']);
      }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

async function* eventsOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ id: string; name: string; data: string }> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as never)
    .getReader() as ReadableStreamDefaultReader<string>;
  let text = '';
  for (;;) {
    // An aborted read is the end of the stream like any other.
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done || value === undefined) return;
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield eventOf(block);
  }
}

function eventOf(block: string): { id: string; name: string; data: string } {
  const event = { id: '', name: '', data: '' };
  for (const line of block.split('\n')) {
    const value = line.slice(line.indexOf(':') + 1).trimStart();
    if (line.startsWith('id:')) event.id = value;
    if (line.startsWith('event:')) event.name = value;
    if (line.startsWith('data:')) event.data += value;
  }
  return event;
}
