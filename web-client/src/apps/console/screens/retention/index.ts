import { inLanguage } from '../../../../locales/index.ts'
import type { Screen } from '../screen.ts'
import title from './title.json'

export const screen: Screen = {
  path: 'settings/retention',
  title: () => inLanguage(title),
  icon: 'inbox',
  group: 'team',
  order: 3,
  needs: 'admin',
  feature: 'retention',
  load: async () => (await import('./screen.tsx')).RetentionScreen,
}
