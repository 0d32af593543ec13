import { inLanguage } from '../../../../locales/index.ts'
import type { Screen } from '../screen.ts'
import title from './title.json'

export const screen: Screen = {
  path: 'settings/appearance',
  title: () => inLanguage(title),
  icon: 'theme',
  group: 'you',
  order: 1,
  needs: 'staff',
  load: async () => (await import('./screen.tsx')).AppearanceScreen,
}
