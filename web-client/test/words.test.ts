// Tests of how colleagues without a name are shown.

import { expect, test } from 'vitest'
import { namesOf } from '../src/apps/console/viewers.ts'
import { t } from '../src/locales/index.ts'
import { messageEvent } from './help/sample.ts'

test('a colleague whose sign-in gives no name is named by the team’s list, or by the name in their messages', () => {
  const one = { ...messageEvent(1), actor: { type: 'admin' as const, id: 'ada', name: 'Ada' } }
  const viewers = ['me', 'ada', 'alan', 'grace', 'joan'].map((id) => ({ id, name: id === 'joan' ? 'Joan' : null }))
  expect(namesOf(viewers, 'me', (id) => (id === 'alan' ? 'Alan' : null), [one])).toEqual(['Ada', 'Alan', t('app.someone'), 'Joan'])
})
