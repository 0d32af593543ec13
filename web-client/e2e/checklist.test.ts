import { checklist } from './checklist.ts'
import { withBrowser } from './help.ts'

checklist(withBrowser())
