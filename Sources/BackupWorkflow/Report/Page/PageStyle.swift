/// The style of pages: quiet, readable on paper and in the dark.
enum PageStyle {
    static let text = """
        :root { color-scheme: light dark; --ink: #1c2430; --dim: #5d6b7a; --line: #d9dfe6; --paper: #ffffff; --tint: #f4f6f9;
          --good: #23875a; --near: #b7791f; --bad: #c0392b; --add: #e4f5ea; --del: #fbe9e7; --addink: #175c3c; --delink: #8e2a1e; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e9ef; --dim: #98a5b3; --line: #323c47; --paper: #171c22;
          --tint: #1f262e; --good: #57c292; --near: #e0aa4f; --bad: #f0776a; --add: #17352a; --del: #3d211f; --addink: #9be0bf;
          --delink: #f5b3aa; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 66rem; padding: 2rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
        h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; } h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
        .sub, .dim { color: var(--dim); } .sub { margin: .2rem 0 1.4rem; }
        .verdict { border-left: .35rem solid var(--good); background: var(--tint); padding: .7rem 1rem; margin: 0 0 1.2rem; font-weight: 600; }
        .verdict.near { border-color: var(--near); } .verdict.bad { border-color: var(--bad); }
        .tiles { display: flex; flex-wrap: wrap; gap: .7rem; margin: 0 0 1rem; padding: 0; list-style: none; }
        .tiles li { flex: 1 1 7.5rem; background: var(--tint); border-radius: .4rem; padding: .6rem .8rem; }
        .tiles b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
        .tiles .near b { color: var(--near); } .tiles .bad b { color: var(--bad); } .tiles .good b { color: var(--good); }
        .plot { width: 100%; max-width: 40rem; height: auto; display: block; } .plot text { fill: var(--dim); font-size: 11px; text-anchor: middle; }
        .plot .count { fill: var(--ink); } .plot .axis { stroke: var(--line); } .plot .good { fill: var(--good); }
        .plot .near { fill: var(--near); } .plot .bad { fill: var(--bad); }
        table { border-collapse: collapse; width: 100%; } th { text-align: left; color: var(--dim); font-weight: 500; font-size: .85rem; }
        th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
        td.word, th, td:first-child, td:nth-child(3) { white-space: nowrap; } .good { color: var(--good); } .near { color: var(--near); } .bad { color: var(--bad); }
        .finding { margin: .3rem 0 .6rem; } .finding .path { font-weight: 600; }
        pre { margin: .3rem 0 1rem; padding: .6rem .8rem; background: var(--tint); border-radius: .4rem; overflow-x: auto;
          font: 12.5px/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
        pre span { display: block; } pre .add { background: var(--add); color: var(--addink); } pre .del { background: var(--del); color: var(--delink); }
        pre .at { color: var(--dim); } .names { columns: 12rem; column-gap: 1.5rem; padding: 0; list-style: none; font-size: .9rem; }
        @media print { body { max-width: none; padding: 0; font-size: 10.5pt; } h2, h3 { break-after: avoid; } tr, .finding { break-inside: avoid; }
          pre { border: 1px solid var(--line); } pre, .tiles li, .verdict, pre .add, pre .del { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
        """
}
