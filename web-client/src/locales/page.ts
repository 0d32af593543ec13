// Loaded by whole pages: joins their sentences to the common ones.

import en from './en/page.json'
import { addStrings } from './index.ts'
import './ticket.ts'

addStrings('page', en)
