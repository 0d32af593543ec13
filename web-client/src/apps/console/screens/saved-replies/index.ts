import { inLanguage } from '../../../../locales/index.ts'
import type { Screen } from '../screen.ts'
import title from './title.json'

export const screen: Screen = {
  path: 'settings/saved-replies',
  title: () => inLanguage(title),
  icon: 'reply',
  group: 'desk',
  order: 2,
  needs: 'staff',
  load: async () => (await import('./screen.tsx')).RepliesScreen,
}
