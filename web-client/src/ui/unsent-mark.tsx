import type { Client } from '../client/client.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'
import { Icon } from './icon.tsx'

/** An icon in a ticket's list row, shown if the person has unsent messages in the ticket. */
export function UnsentMark({ client, ticket }: { readonly client: Client; readonly ticket: string }) {
  const own = client.unsent.value.filter((entry) => entry.ticket === ticket)
  if (own.length === 0) return null
  const state = own.some((entry) => entry.refused !== null || entry.paused) ? 'refused' : 'waiting'
  const word = t(`unsent.${state}`)
  return <span class={`row-unsent ${state}`} title={word} data-testid={T.rowUnsent} data-state={state}><Icon name={state === 'refused' ? 'alert' : 'clock'} size={14} /><span class="hidden">{word}</span></span>
}
