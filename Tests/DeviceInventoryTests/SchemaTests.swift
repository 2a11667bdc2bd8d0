import Foundation
import Testing

@testable import DeviceInventory

@Suite("JSON Schemas")
struct SchemaTests {
    private static let python = "/usr/bin/python3"
    private static var hasValidator: Bool {
        (try? ProgramRun.run(python, ["-c", "import jsonschema"]))?.status == 0
    }

    /// Reads {schema, instances: [[document, expected]]} and prints what came out otherwise.
    private static let script = """
        import json, sys, jsonschema
        work = json.load(sys.stdin)
        schema = json.loads(work["schema"])
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for text, expected in work["instances"]:
            errors = [error.message for error in validator.iter_errors(json.loads(text))]
            if (not errors) != expected: print(text, errors)
        """

    private static let good = [
        "group": [
            #"{"group":"icu","defaults":{"credential":"a","freshness":"26h","tags":["x"]},"devices":[{"id":"a","address":"10.0.0.1","window":{"days":["mon"],"from":"01:00","to":"05:00","zone":"UTC"}},{"id":"b","method":{"uncovered":"why"},"vars":{"n":3}}],"jumps":[{"id":"j","address":"h","credential":"c"}]}"#
        ],
        "credentials": [
            #"{"credentials":{"a":{"user":"u","password":"env:P"},"b":{"user":"u","key":"file:~/k","passphrase":{"command":["x"]}}}}"#
        ],
        "platform": [
            #"{"platform":"x","title":"X","evidence":"assumed","syntax":"opaque","collect":[{"artifact":"a","command":"show","effect":"none"},{"files":"/etc/*.conf","optional":true}]}"#,
            #"{"platform":"x","extends":"linux","errors+":["^E"]}"#,
            #"{"platform":"x","title":"X","evidence":"assumed","syntax":"xml","via":["exec","shell"],"prompt":"^>$","collect":[{"artifact":"a-{v}","command":["show {v}","list {v}"],"effect":"none","foreach":"v","mode":"m"}],"lists":{"v":{"command":"vs","effect":"none","find":"^(x)","allow":"^x$"}},"modes":{"m":{"enter":[{"send":"m {v}","effect":"session","when":"[>]"}]}},"volatile":["^a",{"part":"(b)"},{"from":"^c","until":"^d","through":true}],"wrapped":[{"columns":80},{"end":"x$","next":"^ "}],"changed":["(e)"]}"#,
            #"{"platform":"x","extends":"linux","session":{"terminal":{"columns":80,"rows":0,"type":"dumb"},"enter":"cr","questions":[{"ask":"ok\\?$","answer":"","effect":"session","enter":false,"at":["login"]}],"enable":{"send":"su","privileged":"[>]","password":"none"},"ready":{"command":"st","effect":"none","idle":"idle"}},"firmware":[{"files":"/boot/*","read":"never","age":"30d","hash":[{"algorithm":"md5","command":"md5sum {path}","effect":"none"}]},{"boot":"^[a-z]+$","hash":[{"algorithm":"sha512","command":"verify {image}","effect":"none","find":"(x)","heavy":true}]}],"restore":{"method":"lines","transfer":"paste","commands":["x"],"notes":["y"]}}"#,
        ],
        "transcript": [
            #"{"transcript":"cisco_ios"}"#,
            #"{"transcript":"cisco_ios","recorded":"exec","line-ends":"lf","steps":[{"send":"show run","answer":"end"}]}"#,
            #"{"transcript":"cisco_ios","prompt":"sw>","steps":[{"send":"a","answer":"","then":[{"send":" ","answer":"\b"}]}],"prompts":{"match":["a>"],"not":["b"]},"expect":{"stored":["a"],"secrets":["b"],"noise":[{"change":"1","to":"2"}]}}"#,
        ],
        "settings": [#"{"workspace":"demo","concurrency":5,"artifactLimit":"64MiB","encryption":"none"}"#, "{}"],
    ]

    private static let bad = [
        "group": [
            #"{"devices":[]}"#, #"{"group":"Icu"}"#, #"{"group":"icu","devices":[{"id":"a","prot":22}]}"#,
            #"{"group":"icu","devices":[{"id":"a","port":70000}]}"#,
            #"{"group":"icu","defaults":{"freshness":"26 h"}}"#,
            #"{"group":"icu","devices":[{"id":"a","every":"1 hour"}]}"#,
            #"{"group":"icu","devices":[{"id":"a","method":"telnet"}]}"#,
        ],
        "credentials": [
            #"{"credentials":{"a":{"user":"u","password":"secret"}}}"#, #"{"credentials":{"a":{"user":"u"}}}"#,
            #"{"credentials":{"a":{"user":"u","password":"env:P","key":"file:k"}}}"#,
            #"{"credentials":{"a":{"user":"u","password":"env:P","passphrase":"env:Q"}}}"#,
        ],
        "platform": [
            #"{"platform":"x","title":"X"}"#,
            #"{"platform":"x","title":"X","evidence":"assumed","syntax":"opaque","collect":[]}"#,
            #"{"platform":"x","title":"X","evidence":"assumed","syntax":"opaque","collect":[{"artifact":"a","command":"show"}]}"#,
            #"{"platform":"x","title":"X","evidence":"assumed","syntax":"opaque","collect":[{"files":"/etc/../x"}]}"#,
            #"{"platform":"x","title":"X","evidence":"assumed","syntax":"opaque","errors+":[],"collect":[{"files":"/etc/x"}]}"#,
            #"{"platform":"x","extends":"linux","volatile":[{"part":"(a)","from":"b","until":"c"}]}"#,
            #"{"platform":"x","extends":"linux","via":["telnet"]}"#,
            #"{"platform":"x","extends":"linux","firmware":[{"list":"a"}]}"#,
            #"{"platform":"x","extends":"linux","session":{"start":[{"send":"write","effect":"config"}]}}"#,
        ],
        "transcript": [
            #"{"steps":[]}"#, #"{"transcript":"x","steps":[{"answer":"a"}]}"#,
            #"{"transcript":"x","recorded":"telnet"}"#, #"{"transcript":"x","step":[]}"#,
        ],
        "settings": [#"{"concurency":5}"#, #"{"encryption":"aes"}"#, #"{"timeout":5}"#],
    ]

    private struct Work: Encodable {
        struct Instance: Encodable {
            var text: String
            var expected: Bool
            func encode(to encoder: any Encoder) throws {
                var list = encoder.unkeyedContainer()
                try list.encode(text)
                try list.encode(expected)
            }
        }

        var schema: String
        var instances: [Instance]
    }

    @Test(
        "a standard validator takes good files and refuses bad ones",
        .enabled(if: hasValidator, "python3-jsonschema is not installed"),
        arguments: SchemaCatalogue.fileKinds.map(\.name))
    func validates(name: String) throws {
        let schema = try #require(SchemaCatalogue.fileKinds.first { $0.name == name })
        let instances =
            (Self.good[name] ?? []).map { Work.Instance(text: $0, expected: true) }
            + (Self.bad[name] ?? []).map { Work.Instance(text: $0, expected: false) }
        #expect(instances.count > 3)
        let input = String(
            decoding: try JSONEncoder().encode(Work(schema: schema.document, instances: instances)), as: UTF8.self)
        let run = try #require(try ProgramRun.run(Self.python, ["-c", Self.script], input: input))
        #expect(run.output == "" && run.status == 0)
    }

    @Test("the reader takes and refuses the same files", arguments: SchemaCatalogue.fileKinds.map(\.name))
    func agrees(name: String) throws {
        let shapes: [String: Shape] = [
            "group": .group, "credentials": .credentials, "platform": .platform, "settings": .settings,
            "transcript": .transcript,
        ]
        let shape = try #require(shapes[name])
        func faults(_ json: String) -> Int {
            // JSON is YAML.
            var faults: [Fault] = []
            guard let root = YAMLDocument.read(SourceFile(name: "x", bytes: Array(json.utf8)), faults: &faults) else {
                return -1
            }
            _ = ShapeCheck.check(root, .object(shape), faults: &faults)
            return faults.count
        }
        for json in Self.good[name] ?? [] { #expect(faults(json) == 0, "\(json)") }
        for json in Self.bad[name] ?? [] { #expect(faults(json) > 0, "\(json)") }
    }
}
