// Creates the client for a customer. It does not subscribe to the changes of all tickets, which only the team's lists need.

import { noInboxWatch } from '../connection/no-watch.ts'
import type { Left, TokenSource } from '../connection/session.ts'
import type { Identity } from './auth.ts'
import { createClient, type Client, type ClientEdges } from './client.ts'

export function createCustomerClient(identity: Identity, tokens: TokenSource, origin: string, left: (user: string, why: Left) => void, edges?: ClientEdges): Client {
  return createClient(identity, tokens, origin, left, noInboxWatch, edges)
}
