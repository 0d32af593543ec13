import { inLanguage } from '../../../../locales/index.ts'
import type { Screen } from '../screen.ts'
import title from './title.json'

export const screen: Screen = {
  path: 'settings/access-log',
  title: () => inLanguage(title),
  icon: 'eye',
  group: 'team',
  order: 2,
  needs: 'admin',
  feature: 'access_log',
  load: async () => (await import('./screen.tsx')).AccessLogScreen,
}
