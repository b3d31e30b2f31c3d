// Judges pages: node pages.js SHOTS PAGE...; prints what is wrong, a line each. Pictures of each page go to SHOTS.
// The packages are found through NODE_PATH, which `require` knows and `import` does not.
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');
const { FileSystemConfigLoader, HtmlValidate } = require('html-validate');

const [shots, ...pages] = process.argv.slice(2);
const axe = fs.readFileSync(require.resolve('axe-core'), 'utf8');
const faults = [];

async function validate(page) {
  const judge = new HtmlValidate(new FileSystemConfigLoader({ root: true, extends: ['html-validate:recommended'] }));
  const report = await judge.validateFile(page);
  for (const { messages } of report.results) {
    for (const { line, ruleId, message } of messages) {
      faults.push(`${page}:${line}: ${ruleId}: ${message}`);
    }
  }
}

async function look(browser, page, colorScheme, width) {
  const name = `${path.basename(page)} ${colorScheme} ${width}`;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const tab = await context.newPage();
  tab.on('console', (message) => faults.push(`${name}: console: ${message.text()}`));
  tab.on('pageerror', (error) => faults.push(`${name}: ${error}`));
  const requests = [];
  tab.on('request', (request) => requests.push(request.url()));
  await tab.goto(`file://${page}`);
  const shot = path.join(shots, `${path.basename(page, '.html')}-${colorScheme}-${width}.png`);
  await tab.screenshot({ path: shot, fullPage: true });
  // What is folded is read too.
  await tab.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
  const [needed, there] = await tab.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  if (needed > there) {
    faults.push(`${name}: it scrolls sideways: ${needed} > ${there}`);
  }
  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() => axe.run());
  for (const { id, nodes } of violations) {
    faults.push(`${name}: ${id}: ${nodes.length}, ${nodes[0].html.slice(0, 200)}: ${nodes[0].failureSummary}`);
  }
  if (requests.length !== 1) {
    faults.push(`${name}: it asks for ${requests.slice(1).join(', ')}`);
  }
  await context.close();
}

async function main() {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  for (const page of pages) {
    await validate(page);
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1280, 360]) {
        await look(browser, page, colorScheme, width);
      }
    }
  }
  await browser.close();
  process.stdout.write(faults.map((fault) => `${fault.replace(/\s+/g, ' ')}\n`).join(''));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(2);
});
