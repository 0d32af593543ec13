import { inLanguage } from '../../../../locales/index.ts'
import type { Screen } from '../screen.ts'
import title from './title.json'

export const screen: Screen = {
  path: 'settings/widget',
  title: () => inLanguage(title),
  icon: 'chat',
  group: 'desk',
  order: 3,
  needs: 'admin',
  feature: 'widget_settings',
  load: async () => (await import('./screen.tsx')).WidgetScreen,
}
