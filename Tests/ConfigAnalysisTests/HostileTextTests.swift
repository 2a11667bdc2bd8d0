import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("Texts that mean to use up time or memory")
struct HostileTextTests {
    @Test("a text with more secrets than any configuration is refused with its artifact, not passed")
    func tooMany() throws {
        let many = NormalisingPass.mostSpans + 10
        let texts = [
            "{\"tokens\": [" + String(repeating: "\"ab12\",", count: many) + "]}",
            "<a>" + String(repeating: "<password>ab12</password>\n", count: many) + "</a>",
        ]
        for text in texts {
            #expect {
                try Samples.comparable(text)
            } throws: { error in
                "\(error)".contains("while reading running-config of sw-1") && "\(error)".contains("more than 100000")
            }
        }
    }

    @Test("a line of two megabytes is read in time")
    func longLine() throws {
        let clock = ContinuousClock()
        let began = clock.now
        let text = String(repeating: "lorem ipsum dolor ", count: 100_000)
        #expect(try Samples.comparable(text).bytes.count == text.utf8.count)
        #expect(clock.now - began < .seconds(60))
    }
}
