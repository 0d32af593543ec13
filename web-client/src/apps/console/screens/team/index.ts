import { inLanguage } from '../../../../locales/index.ts'
import type { Screen } from '../screen.ts'
import title from './title.json'

export const screen: Screen = {
  path: 'settings/team',
  title: () => inLanguage(title),
  icon: 'people',
  group: 'team',
  order: 1,
  needs: 'admin',
  load: async () => (await import('./screen.tsx')).TeamRoles,
}
