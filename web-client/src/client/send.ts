// Sends one message from the outbox over the session's WebSocket, and interprets the response.

import type { Session } from '../connection/session.ts'
import { LIMITS } from '../protocol/generated.ts'
import { endsWithConnection, isPassing } from '../protocol/words.ts'
import type { SendOutcome } from '../outbox/outbox.ts'
import type { Queued } from '../outbox/store.ts'

const RETRY_MS = 1_000
/** Upper bound for the bytes that the request id adds to a frame. */
const ID_BYTES_MAX = 32

/** `attachments`: the ids of the message's uploads. */
export async function send(session: Session, entry: Queued, attachments: readonly string[] = []): Promise<SendOutcome> {
  const ask = {
    type: 'send',
    ticket: entry.ticket,
    key: entry.key,
    body: entry.body,
    ...(entry.internal ? { internal: true } : {}),
    ...(attachments.length > 0 ? { attachments: [...attachments] } : {}),
    ...(entry.based_on === null ? {} : { based_on: entry.based_on }),
  } as const
  // The server closes the connection when it receives a frame this large. Retrying would close the next connection too, so refuse the
  // message here.
  if (new TextEncoder().encode(JSON.stringify(ask)).length + ID_BYTES_MAX > LIMITS.frame_bytes_max) return { kind: 'refused', code: 'too_large' }
  const answer = await session.ask(ask)
  switch (answer.kind) {
    case 'cut': return { kind: 'cut' }
    case 'timeout': return { kind: 'later', ms: RETRY_MS }
    case 'answered':
      return answer.frame.type === 'ack' ? { kind: 'stored', seq: answer.frame.seq } : { kind: 'later', ms: RETRY_MS }
    case 'refused': {
      const { code, retry_after_ms } = answer.error
      if (endsWithConnection(code)) return { kind: 'held', code }
      // Passing errors are temporary or caused by the connection, not by the message, so the message is retried.
      const passing = isPassing(code) || code === 'token_expired' || code === 'not_authenticated' || code === 'hello_expected'
      return passing ? { kind: 'later', ms: retry_after_ms ?? RETRY_MS } : { kind: 'refused', code }
    }
  }
}
