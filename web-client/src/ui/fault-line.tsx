import type { TicketStore } from '../app/ticket.ts'
import { ProblemLine } from './plain.tsx'

/** What did not work on the open ticket, with the ways out of it. */
export function FaultLine({ store }: { readonly store: TicketStore }) {
  const fault = store.fault.value
  return <ProblemLine problem={fault?.problem ?? null} onRetry={fault?.retry} onDismiss={fault?.dismiss} />
}
