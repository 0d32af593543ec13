import { inLanguage } from '../../../../locales/index.ts'
import type { Screen } from '../screen.ts'
import title from './title.json'

export const screen: Screen = {
  path: 'settings/system',
  title: () => inLanguage(title),
  icon: 'pulse',
  group: 'team',
  order: 9,
  needs: 'admin',
  feature: 'system',
  load: async () => (await import('./screen.tsx')).SystemScreen,
}
