// Lists messages that the server refused or that a sign-out paused, in tickets that are not open. Otherwise their authors might believe
// that the messages were sent.

import { useEffect, useRef } from 'preact/hooks'
import { say } from '../client/notifications.ts'
import type { Client, Queued } from '../client/client.ts'
import { t, tProblem } from '../locales/index.ts'
import { T } from '../testids.ts'

interface UnsentProps {
  readonly client: Client
  /** Id of the open ticket. Its unsent messages are not listed here, because the ticket's own page shows them. */
  readonly open: string | null
  readonly go: (place: string) => void
}

const SHOWN_MAX = 3
const EXCERPT_CHARS = 80

export function Unsent({ client, open, go }: UnsentProps) {
  const stopped = client.unsent.value.filter((entry) => (entry.refused !== null || entry.paused) && entry.ticket !== open)
  if (stopped.length === 0) return null
  return (
    <section class="unsent" aria-label={t('unsent.title', { n: stopped.length })} data-testid={T.unsent} data-refused={stopped.filter((entry) => entry.refused !== null).length} data-paused={stopped.filter((entry) => entry.refused === null).length}>
      <p><strong>{t('unsent.title', { n: stopped.length })}</strong></p>
      <ul>{stopped.slice(0, SHOWN_MAX).map((entry) => <One key={entry.key} client={client} entry={entry} go={go} />)}</ul>
    </section>
  )
}

function One({ client, entry, go }: Pick<UnsentProps, 'client' | 'go'> & { readonly entry: Queued }) {
  const { key, number, ticket, body, refused } = entry
  return (
    <li data-testid={T.unsentOne} data-key={key}>
      <span class="number">{number}</span>
      <span class="excerpt" dir="auto">{body.slice(0, EXCERPT_CHARS)}</span>
      <span class="reason">{refused === null ? t('timeline.paused') : tProblem({ code: refused })}</span>
      {refused === null && <button type="button" class="link" data-testid={T.unsentSend} onClick={() => client.outbox.retry(key, 'as_written')}>{t('composer.send')}</button>}
      {/* A message refused with `not_found` can only be discarded, because its ticket cannot be opened. */}
      {(refused === null || refused === 'not_found') && <button type="button" class="link" data-testid={T.unsentDiscard} onClick={() => void client.outbox.discard(key)}>{t('timeline.discard')}</button>}
      {refused !== 'not_found' && <button type="button" class="link" data-testid={T.unsentOpen} onClick={() => go(number === '' ? ticket : number)}>{t('unsent.open')}</button>}
    </li>
  )
}

/** Shows a notification when a message is refused and its ticket is not the open one. */
export function useRefusals({ client, open, go }: UnsentProps): void {
  const now = useRef({ open, go })
  now.current = { open, go }
  useEffect(() => client.outbox.onChange((change) => {
    if (change.type !== 'refused' || change.elsewhere === true || change.entry.ticket === now.current.open) return
    const { number, ticket } = change.entry
    say(t('unsent.toast', { number, reason: tProblem({ code: change.code }) }), { label: t('unsent.open'), run: () => now.current.go(number === '' ? ticket : number) })
  }), [client])
}
