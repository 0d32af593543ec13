import { inLanguage } from '../../../../locales/index.ts'
import type { Screen } from '../screen.ts'
import title from './title.json'

export const screen: Screen = {
  path: 'settings/opening-hours',
  title: () => inLanguage(title),
  icon: 'clock',
  group: 'desk',
  order: 1,
  needs: 'admin',
  load: async () => (await import('./screen.tsx')).HoursScreen,
}
