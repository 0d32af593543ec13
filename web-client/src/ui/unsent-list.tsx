// The list of unsent messages of tickets that are not open. Loaded when there is one.

import type { Queued } from '../client/client.ts'
import { t, tProblem } from '../locales/index.ts'
import { T } from '../testids.ts'
import type { UnsentProps } from './unsent-props.ts'

const SHOWN_MAX = 3
const EXCERPT_CHARS = 80

export function UnsentList({ client, go, stopped }: UnsentProps & { readonly stopped: readonly Queued[] }) {
  return (
    <section class="unsent" aria-label={t('unsent.title', { n: stopped.length })} data-testid={T.unsent} data-refused={stopped.filter((entry) => entry.refused !== null).length} data-paused={stopped.filter((entry) => entry.refused === null).length}>
      <p><strong>{t('unsent.title', { n: stopped.length })}</strong></p>
      <ul>{stopped.slice(0, SHOWN_MAX).map((entry) => <One key={entry.key} client={client} entry={entry} go={go} />)}</ul>
    </section>
  )
}

function One({ client, entry, go }: Pick<UnsentProps, 'client' | 'go'> & { readonly entry: Queued }) {
  const { key, number, ticket, body, files, refused } = entry
  return (
    <li data-testid={T.unsentOne} data-key={key}>
      <span class="number">{number}</span>
      <span class="excerpt" dir="auto">{(body === '' ? files.map(({ name }) => name).join(', ') : body).slice(0, EXCERPT_CHARS)}</span>
      <span class="reason">{refused === null ? t('timeline.paused') : tProblem({ code: refused })}</span>
      {refused === null && <button type="button" class="link" data-testid={T.unsentSend} onClick={() => client.outbox.retry(key, 'as_written')}>{t('composer.send')}</button>}
      {/* A message refused with `not_found` can only be discarded, because its ticket cannot be opened. */}
      {(refused === null || refused === 'not_found') && <button type="button" class="link" data-testid={T.unsentDiscard} onClick={() => void client.outbox.discard(key)}>{t('timeline.discard')}</button>}
      {refused !== 'not_found' && <button type="button" class="link" data-testid={T.unsentOpen} onClick={() => go(number === '' ? ticket : number)}>{t('unsent.open')}</button>}
    </li>
  )
}
