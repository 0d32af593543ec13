import type { Fault, TicketStore } from '../client/ticket.ts'
import { ProblemLine } from './feedback.tsx'

/** Shows the last failed action on the open ticket, with buttons to retry and to dismiss it. */
export function FaultLine({ store, words }: { readonly store: TicketStore; readonly words?: (fault: Fault) => { readonly sentence: string; readonly retry: string } | undefined }) {
  const fault = store.fault.value
  return <ProblemLine problem={fault?.problem ?? null} onRetry={fault?.retry} onDismiss={fault?.dismiss} words={fault === null ? undefined : words?.(fault)} />
}
