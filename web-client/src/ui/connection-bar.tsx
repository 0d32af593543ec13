import type { Client } from '../client/client.ts'
import { language, t } from '../locales/index.ts'
import { T } from '../testids.ts'

/** Props of the connection bar, which is visible only while the connection has a problem or is catching up. */
interface BarProps {
  readonly client: Client
  readonly behind: number | null
  /** True if the page also needs the live list of all tickets, as the console does. */
  readonly needsWatch?: boolean
}

export function ConnectionBar({ client, behind, needsWatch = false }: BarProps) {
  const state = client.connection.value
  const [kind, text] = sentence(client, state, behind, needsWatch)
  return (
    // While events are being fetched, the number of missing events changes all the time, so screen readers must not read it.
    <div class="connection-slot" role="status" aria-live={kind === 'catching_up' ? 'off' : 'polite'}>
      {kind !== null && (
        <div class={`connection ${kind}`} data-testid={T.connection} data-state={kind}>
          <span class="dot" aria-hidden="true" />
          <span>{text}</span>
          {(kind === 'waiting' || kind === 'away' || kind === 'not_live') && (
            <button type="button" class="quiet" data-testid={T.connectionRetry} onClick={() => client.session.nudge()}>{t('connection.retry')}</button>
          )}
        </div>
      )}
    </div>
  )
}

function sentence(client: Client, state: Client['connection']['value'], behind: number | null, needsWatch: boolean): readonly [string | null, string] {
  switch (state.kind) {
    case 'off':
    case 'left':
    case 'connecting':
      // During the first connection attempt the page is still loading, so show no bar.
      return state.kind === 'connecting' && state.attempt > 0 ? ['connecting', t('connection.connecting')] : [null, '']
    case 'waiting': return ['waiting', t(client.isUnkept() ? 'connection.unkept' : 'connection.waiting')]
    case 'away': return ['away', t('connection.away', { reason: state.reason === '' || language() !== 'en' ? String(state.code) : state.reason })]
    case 'live':
      if (needsWatch && client.watch.value === 'refused') return ['not_live', t('console.not_live')]
      if (needsWatch && client.watch.value === 'late') return ['late', t('console.late')]
      if (behind === null) return [null, '']
      return ['catching_up', behind > 0 ? t('connection.catching_up_count', { n: behind }) : t('connection.catching_up')]
  }
}
