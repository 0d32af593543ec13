// Loaded with the screen for opening hours: joins its sentences to the common ones.

import { ENGLISH_HOURS } from './english-hours.ts'
import { addStrings } from './index.ts'

addStrings({ en: ENGLISH_HOURS, load: async () => (await import('./arabic-hours.ts')).ARABIC_HOURS })
