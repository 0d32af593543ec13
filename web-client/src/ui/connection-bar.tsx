import type { Desk } from '../app/desk.ts'
import { language, t } from '../strings/index.ts'
import { T } from '../testids.ts'

/** Visible while things are not live, silent when they are. */
interface BarProps {
  readonly desk: Desk
  readonly behind: number | null
  /** The page lives on what the server tells of the desk's tickets. */
  readonly needsWatch?: boolean
}

export function ConnectionBar({ desk, behind, needsWatch = false }: BarProps) {
  const state = desk.connection.value
  const [kind, text] = sentence(desk, state, behind, needsWatch)
  return (
    <div class="connection-slot" role="status" aria-live="polite">
      {kind !== null && (
        <div class={`connection ${kind}`} data-testid={T.connection} data-state={kind}>
          <span class="dot" aria-hidden="true" />
          <span>{text}</span>
          {(kind === 'waiting' || kind === 'away' || kind === 'not_live') && (
            <button type="button" class="quiet" data-testid={T.connectionRetry} onClick={() => desk.session.nudge()}>{t('connection.retry')}</button>
          )}
        </div>
      )}
    </div>
  )
}

function sentence(desk: Desk, state: Desk['connection']['value'], behind: number | null, needsWatch: boolean): readonly [string | null, string] {
  switch (state.kind) {
    case 'off':
    case 'left':
    case 'connecting':
      // The first attempt is the page's own loading; nobody needs to be told.
      return state.kind === 'connecting' && state.attempt > 0 ? ['connecting', t('connection.connecting')] : [null, '']
    case 'waiting': return ['waiting', t(desk.isUnkept() ? 'connection.unkept' : 'connection.waiting')]
    case 'away': return ['away', t('connection.away', { reason: state.reason === '' || language() !== 'en' ? String(state.code) : state.reason })]
    case 'live':
      if (needsWatch && desk.watch.value === 'refused') return ['not_live', t('console.not_live')]
      if (needsWatch && desk.watch.value === 'late') return ['late', t('console.late')]
      if (behind === null) return [null, '']
      return ['catching_up', behind > 0 ? t('connection.catching_up_count', { n: behind }) : t('connection.catching_up')]
  }
}
