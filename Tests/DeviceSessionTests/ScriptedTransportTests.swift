import DeviceSession
import Testing
import TransportContract

@Suite("The scripted transport keeps the transport contract")
struct ScriptedTransportTests {
    @Test(arguments: TransportContract.Clause.allCases)
    func keeps(clause: TransportContract.Clause) async throws {
        let contract = TransportContract { peer in
            switch peer {
            case .echo: ScriptedTransport(EchoPeer())
            case .farewell: ScriptedTransport(FarewellPeer())
            }
        }
        try await contract.check(clause)
    }
}
