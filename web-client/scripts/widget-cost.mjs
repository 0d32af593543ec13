// Measures what the widget costs its host page, compared with the same page without the widget. It counts requests, bytes and main-thread
// time, with the widget closed and open.

import { BASE, launch } from './browser.mjs'

const RUNS = 5
const browser = await launch()

async function visit({ widget, open }) {
  const context = await browser.newContext()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Performance.enable')
  if (!widget) await page.route('**/widget.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }))
  const found = { requests: 0, bytes: 0 }
  page.on('response', async (response) => {
    const path = new URL(response.url()).pathname
    const ofHost = path === '/demo' || path.startsWith('/dev/') || /\/assets\/(demo|hostile)-/.test(path) || path.startsWith('/demo/') || response.url().startsWith('data:')
    if (ofHost) return
    found.requests++
    found.bytes += (await response.request().sizes().catch(() => ({ responseBodySize: 0 }))).responseBodySize
  })
  await page.goto(`${BASE}/demo?person=Ada%20Lovelace`, { waitUntil: 'networkidle' })
  if (open) {
    await page.evaluate(() => window.Helpline.open())
    await page.waitForTimeout(1_500)
  }
  const { metrics } = await session.send('Performance.getMetrics')
  const of = (name) => (metrics.find((one) => one.name === name)?.value ?? 0) * 1_000
  await context.close()
  return { ...found, task_ms: of('TaskDuration'), script_ms: of('ScriptDuration') }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
async function measure(how) {
  const runs = []
  for (let n = 0; n < RUNS; n++) runs.push(await visit(how))
  return Object.fromEntries(['requests', 'bytes', 'task_ms', 'script_ms'].map((name) => [name, median(runs.map((run) => run[name]))]))
}

await visit({ widget: true, open: true })
const without = await measure({ widget: false, open: false })
const folded = await measure({ widget: true, open: false })
const opened = await measure({ widget: true, open: true })
const row = (name, one, base) => console.log(`${name.padEnd(18)} ${String(one.requests).padStart(4)} requests ${(one.bytes / 1000).toFixed(1).padStart(7)} kB ${Math.max(0, one.task_ms - base.task_ms).toFixed(1).padStart(7)} ms main thread, of it ${Math.max(0, one.script_ms - base.script_ms).toFixed(1)} ms script`)
console.log(`median of ${RUNS} visits, main thread beyond that of the same page without the widget (bytes as sent; the desk may not compress here)`)
row('folded', folded, without)
row('opened, all told', opened, without)
await browser.close()
