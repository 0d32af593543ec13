// What was written and has not arrived, told where its ticket is not open: nobody believes a message sent that was refused.

import { useEffect, useRef } from 'preact/hooks'
import { say } from '../app/attention.ts'
import type { Desk } from '../app/desk.ts'
import { t, tProblem } from '../strings/index.ts'
import { T } from '../testids.ts'

interface UnsentProps {
  readonly desk: Desk
  /** The id of the ticket that is open: it shows its own. */
  readonly open: string | null
  readonly go: (place: string) => void
}

const SHOWN_MAX = 3
const EXCERPT_CHARS = 80

export function Unsent({ desk, open, go }: UnsentProps) {
  const refused = desk.unsent.value.filter((entry) => entry.refused !== null && entry.ticket !== open)
  if (refused.length === 0) return null
  return (
    <section class="unsent" aria-label={t('unsent.title', { n: refused.length })} data-testid={T.unsent} data-refused={refused.length}>
      <p><strong>{t('unsent.title', { n: refused.length })}</strong></p>
      <ul>
        {refused.slice(0, SHOWN_MAX).map((entry) => (
          <li key={entry.key} data-testid={T.unsentOne} data-key={entry.key}>
            <span class="number">{entry.number}</span>
            <span class="excerpt" dir="auto">{entry.body.slice(0, EXCERPT_CHARS)}</span>
            <span class="reason">{tProblem({ code: entry.refused ?? 'unknown' })}</span>
            {entry.refused === 'not_found'
              // Its ticket is no more, or no longer theirs: opened, it would show nothing to choose from.
              ? <button type="button" class="link" data-testid={T.unsentDiscard} onClick={() => void desk.outbox.discard(entry.key)}>{t('thread.discard')}</button>
              : <button type="button" class="link" data-testid={T.unsentOpen} onClick={() => go(entry.number === '' ? entry.ticket : entry.number)}>{t('unsent.open')}</button>}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Says it in passing as well, when a message is refused whose author has gone on. */
export function useRefusals({ desk, open, go }: UnsentProps): void {
  const now = useRef({ open, go })
  now.current = { open, go }
  useEffect(() => desk.outbox.onChange((change) => {
    if (change.type !== 'refused' || change.elsewhere === true || change.entry.ticket === now.current.open) return
    const { number, ticket } = change.entry
    say(t('unsent.toast', { number, reason: tProblem({ code: change.code }) }), { label: t('unsent.open'), run: () => now.current.go(number === '' ? ticket : number) })
  }), [desk])
}
