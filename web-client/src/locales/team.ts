// Loaded by the console: joins the team's sentences to the common ones.

import en from './en/team.json'
import { addStrings } from './index.ts'
import './page.ts'

addStrings('team', en)
