// The form for a person's working habits: what Enter does, and for how long a sent message can be undone. The choices are stored in this
// browser.

import type { ComponentChildren } from 'preact'
import { ENTERS, UNDO_S, type Habits } from '../client/habits.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'

export function HabitsForm({ habits, children }: { readonly habits: Habits; readonly children?: ComponentChildren }) {
  return (
    <div class="preferences">
      <label>
        <span>{t('habits.enter')}</span>
        <select value={habits.enter.value} data-testid={T.habitsEnter} onChange={(event) => { habits.enter.value = ENTERS.find((one) => one === event.currentTarget.value) ?? 'sends' }}>
          {ENTERS.map((one) => <option key={one} value={one}>{t(`habits.enter.${one}`)}</option>)}
        </select>
      </label>
      <label>
        <span>{t('habits.undo')}</span>
        <select value={String(habits.undo_s.value)} data-testid={T.habitsUndo} onChange={(event) => { habits.undo_s.value = UNDO_S.find((one) => String(one) === event.currentTarget.value) ?? 0 }}>
          {UNDO_S.map((one) => <option key={one} value={String(one)}>{one === 0 ? t('habits.undo.off') : t('habits.undo.seconds', { n: one })}</option>)}
        </select>
      </label>
      {children}
    </div>
  )
}
