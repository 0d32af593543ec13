// Says below the composer what the Enter key does. A click changes it. The widget has no room for it.

import type { Habits } from '../client/habits.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'

/** `isShort`: in few words, next to other buttons. */
export function EnterHint({ habits, isShort = false }: { readonly habits: Habits; readonly isShort?: boolean }) {
  const sends = habits.enter.value === 'sends'
  const words = t(sends ? 'composer.hint' : 'composer.hint_breaks')
  return (
    <button type="button" class="link" title={`${words}. ${t('composer.enter_change')}`} data-testid={T.composerEnter} data-value={habits.enter.value} onClick={() => { habits.enter.value = sends ? 'breaks' : 'sends' }}>
      {isShort ? t(sends ? 'composer.enter_sends' : 'composer.enter_breaks') : words}
    </button>
  )
}
