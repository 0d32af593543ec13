// Loaded by whole pages: joins their sentences to the common ones.

import { ENGLISH_PAGE } from './english-page.ts'
import { addStrings } from './index.ts'
import './ticket.ts'

addStrings({ en: ENGLISH_PAGE, load: async () => (await import('./arabic-page.ts')).ARABIC_PAGE })
