// What faces say and learn of what follows a message once it is stored.

export type { FollowOutcome } from '../outbox/outbox.ts'
export type { FollowUp, Queued } from '../outbox/store.ts'
