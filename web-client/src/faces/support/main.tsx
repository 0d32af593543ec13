import '../../strings/page.ts'
import '../../ui/styles/base.css'
import { createRouter } from '../../app/router.ts'
import { bringUp } from '../../ui/root.tsx'
import { prepareMarkdown } from '../../ui/body.tsx'
import { SupportPage } from './page.tsx'

const container = document.getElementById('app')
if (container !== null) {
  prepareMarkdown()
  bringUp({ container, themed: document.documentElement, origin: location.origin, router: createRouter('/support'), ownsTab: true }, { title: 'app.support', face: SupportPage })
}
