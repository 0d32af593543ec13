// Loaded by the console: joins the team's sentences to the common ones.

import { ENGLISH_TEAM } from './english-team.ts'
import { addStrings } from './index.ts'
import './page.ts'

addStrings({ en: ENGLISH_TEAM, load: async () => (await import('./arabic-team.ts')).ARABIC_TEAM })
