import { describe, expect, it } from "vitest";

import { LONGEST_LINE, LONGEST_PARAGRAPH, markdownToHtml } from "../src/text/markdown_html";

const html = (text: string) =>
  markdownToHtml({ heading: 4, picture: (words, address) => `[picture: ${words} ${address}]` })(text);

describe("Markdown that others wrote", () => {
  it("is headings, lists, tables, quotes, code and emphasis", () => {
    expect(html("*a* **b** ~~c~~ `d<e`")).toBe("<p><em>a</em> <strong>b</strong> <del>c</del> <code>d&lt;e</code></p>\n");
    expect(html("3. x\n4. y")).toContain('<ol start="3">');
    expect(html("|a|\n|-:|\n|1|")).toContain('<td align="right">1</td>');
    expect(html("> q")).toContain("<blockquote>\n<p>q</p>");
    expect(html("```js\na < b\n```")).toBe("<pre><code>a &lt; b</code></pre>\n");
    expect(html("- [x] done\n- [ ] open")).toMatch(/<li>☑ done<\/li>\n<li>☐ open<\/li>/);
  });

  it("keeps the lines that a program would have printed", () => {
    expect(html("one\ntwo")).toBe("<p>one<br>two</p>\n");
  });

  it("has headings below those of the page, and none is left out", () => {
    const levels = (text: string) => [...html(text).matchAll(/<h(\d)>/g)].map((found) => Number(found[1]));
    expect(levels("# a\n## b\n### c\n#### d\n# e")).toEqual([4, 5, 6, 6, 4]);
    expect(levels("### a\n# b\n### c")).toEqual([4, 4, 5]);
  });

  it("goes on with its headings in the next piece", () => {
    const piece = markdownToHtml({ heading: 4, picture: () => "" });
    expect(piece("# a")).toContain("<h4>");
    expect(piece("## b")).toContain("<h5>");
  });

  it.each([
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<iframe src=//evil></iframe>",
    "<style>*{}</style>",
    "<!-- hidden -->",
    "text <b onclick=x>bold</b>",
    "<svg/onload=alert(1)>",
    "<pre>&lt;a&gt; <b>",
    "<a href='javascript:x'>y</a>",
  ])("leaves a tag a text: %s", (text) => {
    const made = html(text).replace(/<\/?p>|<br>/g, "");
    expect(made).not.toMatch(/<\/?[a-z!]/i);
    // Every tag is there to be read.
    expect(made.match(/&lt;/g)?.length).toBeGreaterThanOrEqual(text.match(/<[^!]/g)?.length ?? 1);
  });

  it("breaks a line where a cell of a table has no other way", () => {
    expect(html("a<br>b<br/>c")).toBe("<p>a<br>b<br>c</p>\n");
  });

  it("says a picture and where it is", () => {
    expect(html('![a "chart"](https://x.example/a.png)')).toBe(
      "<p>[picture: a &quot;chart&quot; https://x.example/a.png]</p>\n",
    );
  });

  it("leads to the web and to mailboxes", () => {
    expect(html("[a](https://x.example/?a=1&b=2)")).toBe('<p><a href="https://x.example/?a=1&amp;b=2">a</a></p>\n');
    expect(html("<mailto:a@b.example>")).toContain('href="mailto:a@b.example"');
    expect(html("see www.x.example")).toContain('href="http://www.x.example/"');
  });

  it.each(["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java&#x73;cript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//evil.example", "src/app.py", "#/execution/x", "\tjavascript:x"])(
    "leads nowhere else: %s",
    (address) => {
      expect(html(`[a](${address})`)).not.toContain("<a");
      expect(html(`[a](<${address}>)`)).not.toContain("<a");
    },
  );

  it("tells where a link leads whose words name another place", () => {
    expect(html("[https://bank.example](https://evil.example)")).toContain("</a> (https://evil.example/)");
    expect(html("[www.bank.example](https://evil.example)")).toContain("</a> (https://evil.example/)");
    expect(html("https://bank.example/a?b=1&c=2")).not.toContain("(");
    expect(html("[the bank](https://bank.example)")).not.toContain("(");
    expect(html("[bank.com](https://www.bank.com/a)")).not.toContain("(");
    expect(html("[README.md and src/app.io/x.rs](https://forge.example)")).not.toContain("(");
    expect(html("https://forge.example/?next=bank.com")).not.toContain("(");
  });

  it.each([
    "**https://bank.example**",
    "`https://bank.example`",
    "ht*tps://ba*nk.example",
    "see https://bank.example",
    "log in at **www.bank.example** now",
    "https://evil.example or https://bank.example",
    "HTTPS&#58;//bank.example",
    "https&colon;&sol;&sol;bank.example",
    "ht&#173;tps://bank.example",
    "mailto:desk@bank.example",
    "write to desk@bank.example",
    "bank.com",
    "log in at **Bank.com.br**",
  ])("tells it however the words name it: %s", (label) => {
    expect(html(`[${label}](https://evil.example)`)).toContain("</a> (https://evil.example/)");
  });

  it("tells one mailbox from another", () => {
    expect(html("[desk@bank.example](mailto:desk@evil.example)")).toContain("</a> (mailto:desk@evil.example)");
    expect(html("desk@bank.example")).not.toContain("(");
    expect(html("[**Desk@bank.example**](mailto:desk@bank.example?subject=Hi)")).not.toContain("(");
  });

  it("tells nothing of a link whose words name its own place, or none", () => {
    for (const label of ["**https://bank.example**", "see https://bank.example/a.", "(https://bank.example)", "`app.py`", "why R&D &amp; law", "say &quot;hi&quot;"]) {
      expect(html(`[${label}](https://bank.example/b)`), label).toMatch(/<\/a><\/p>/);
    }
  });
});

describe("hostile Markdown", () => {
  it("is shown as it was written where a line or a paragraph is too long", () => {
    const line = "*a ".repeat(LONGEST_LINE);
    expect(html(`before\n${line}\n**after**`)).toBe(`<p>before</p>\n\n<pre>${line}</pre>\n<p><strong>after</strong></p>\n`);
    const paragraph = `${"*a* ".repeat(50)}\n`.repeat(LONGEST_PARAGRAPH / 100);
    expect(html(paragraph)).not.toContain("<em>");
    expect(html("*a ".repeat(290) + "*b*")).toContain("<em>b</em>");
    expect(html("*a ".repeat(310) + "*b*")).not.toContain("<em>");
  });

  it("is not looked into without end", () => {
    for (const piece of ["> ", "- ", "1. ", ">", "- - x ", "[", "![", "*_a", "a@", "<a ", "|", "- a\n", "a\n"]) {
      expect(html(piece.repeat(2_000)).length).toBeGreaterThan(2_000);
      const blocks = `${piece.trim().repeat(300)}\n\n`.repeat(9);
      expect(html(blocks).match(/<(?:p|ol|hr|pre|ul)>/g)?.length).toBeGreaterThanOrEqual(9);
    }
    const stairs = Array.from({ length: 400 }, (_, at) => `${" ".repeat(2 * at)}- a`).join("\n");
    expect(html(stairs).match(/<li>/g)?.length).toBe(400);
  });

  it("keeps what stands in a block of code", () => {
    const deep = "- - - - - - - - - - - - x";
    expect(html(`\`\`\`\n${deep}\n${" ".repeat(60)}y\n\`\`\``)).toContain(`${deep}\n${" ".repeat(60)}y`);
    expect(html(deep)).toContain("<p>- - - ");
  });
});
