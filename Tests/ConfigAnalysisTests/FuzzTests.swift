import ConfigModel
import Foundation
import Testing

@testable import ConfigAnalysis

@Suite("Generated texts")
struct FuzzTests {
    @Test("normaliser, gate, trees and drift survive them, and no secret gets through by being odd")
    func generated() throws {
        let count = ProcessInfo.processInfo.environment["PLUMBLINE_FUZZ"].flatMap(Int.init) ?? 1_500
        let check = try GeneratedTextCheck(device: Samples.device)
        var faults: [String] = []
        for number in 0..<count where faults.count < 10 {
            if let fault = check.fault(number: number) { faults.append(fault) }
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    /// Numbers of texts that were found to do harm.
    @Test(
        "texts that once did harm do none",
        arguments: [7, 157, 207, 439, 1003, 1195, 6709, 11214, 12239, 33682, 40642, 49805, 135620, 609326])
    func found(number: Int) throws {
        #expect(try GeneratedTextCheck(device: Samples.device).fault(number: number) == nil)
    }
}
