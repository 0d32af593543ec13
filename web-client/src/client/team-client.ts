// Creates a client for staff. The client receives the changes of all tickets over its WebSocket, because the console's lists need them.

import { createInboxWatch } from '../connection/inbox-watch.ts'
import type { Left, TokenSource } from '../connection/session.ts'
import type { Identity } from './auth.ts'
import { createClient, type Client, type ClientEdges } from './client.ts'

export function createTeamClient(identity: Identity, tokens: TokenSource, origin: string, left: (user: string, why: Left) => void, edges?: ClientEdges): Client {
  return createClient(identity, tokens, origin, left, createInboxWatch, edges)
}
