import type { Client } from '../client/client.ts'
import { language, t } from '../locales/index.ts'
import { T } from '../testids.ts'

/** The bar is shown only while the connection is not live. */
interface BarProps {
  readonly client: Client
  readonly behind: number | null
  /** Whether the page also needs the subscription to the desk's tickets. */
  readonly needsWatch?: boolean
}

export function ConnectionBar({ client, behind, needsWatch = false }: BarProps) {
  const state = client.connection.value
  const [kind, text] = sentence(client, state, behind, needsWatch)
  return (
    // The number of missing events changes all the time, so it is not read out.
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
      // The first attempt is part of loading the page: show nothing.
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
