// Creates a client for staff. Its live session (it keeps the WebSocket connected) receives the changes of all tickets, which the console's
// lists need.

import { createInboxWatch } from '../connection/inbox-watch.ts'
import type { Left, TokenSource } from '../connection/session.ts'
import type { Identity } from './auth.ts'
import { createClient, type Client, type ClientEdges } from './client.ts'

export function createTeamClient(identity: Identity, tokens: TokenSource, origin: string, left: (user: string, why: Left) => void, edges?: ClientEdges): Client {
  return createClient(identity, tokens, origin, left, createInboxWatch, edges)
}
