import type { Client } from '../client/client.ts'

export interface UnsentProps {
  readonly client: Client
  /** Id of the open ticket. Its unsent messages are not listed here, because the ticket's own page shows them. */
  readonly open: string | null
  readonly go: (place: string) => void
}
