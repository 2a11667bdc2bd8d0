import Foundation
import Testing

@Suite("Other tools' inventories")
struct InventoryImportTests {
    private func workspace(_ files: [String: String]) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        #expect(try CommandLineTool(["init", "."], in: folder.path).status == 0)
        for (path, text) in files { try folder.write(text, to: path) }
        return folder
    }

    private func imported(_ words: [String], in folder: ScratchFolder) throws -> CommandLineTool {
        let result = try CommandLineTool(["inventory", "import"] + words, in: folder.path)
        #expect(result.status == 0, "\(result)")
        let check = try CommandLineTool(["inventory", "check"], in: folder.path)
        #expect(check.status == 0, "\(check)")
        return result
    }

    private func text(_ path: String, in folder: ScratchFolder) throws -> String {
        try String(contentsOfFile: folder.path + "/" + path, encoding: .utf8)
    }

    @Test("Oxidized's router.db, with the columns and models of its configuration; passwords stay where they are")
    func oxidized() throws {
        let folder = try workspace([
            "config": """
            username: backup
            password: hunter2
            model_map: { cisco: ios, jnpr: junos }
            source:
              csv:
                delimiter: !ruby/regexp /:/
                map: { name: 0, model: 1, group: 2, ip: 3, username: 4, password: 5 }
            """.replacing("!ruby/regexp /:/", with: "\":\""),
            "router.db": """
            # core
            core-1:cisco:Core:10.0.0.1:admin:s3cr3t-word
            edge.example.org:jnpr:edge:10.0.0.2::\r
            odd:nonesuch:edge:10.0.0.3::

            core-1:cisco:Core:10.0.0.1::
            """,
        ])
        let result = try imported(["oxidized", "router.db", "--oxidized-config", "config"], in: folder)
        #expect(result.errors.contains("'nonesuch' is not known"))
        #expect(result.errors.contains("stands in plain text") || result.errors.contains("in plain text; it was not"))
        #expect(result.errors.contains("already; passed over"))
        let core = try text("Inventory/groups/core.yaml", in: folder)
        #expect(core.contains("- id: core-1\n    address: 10.0.0.1\n    platform: ios\n    credential: imported-admin"))
        let edge = try text("Inventory/groups/edge.yaml", in: folder)
        #expect(edge.contains("id: edge.example.org") && edge.contains("platform: junos"))
        #expect(edge.contains("uncovered"))
        let all = try text("Inventory/credentials.yaml", in: folder) + core + edge + result.output + result.errors
        #expect(!all.contains("s3cr3t-word") && !all.contains("hunter2"))
    }

    @Test("RANCID's groups, both forms of its lines, and what is not 'up'")
    func rancid() throws {
        let folder = try workspace([
            "rancid/wards/router.db": "sw-1;cisco;up\nsw-2;juniper;down\n",
            "rancid/core/router.db": "core-1:cisco-nx:up\n", "rancid/logs/x": "",
        ])
        _ = try imported(["rancid", "rancid"], in: folder)
        #expect(try text("Inventory/groups/wards.yaml", in: folder).contains("state: spare"))
        #expect(try text("Inventory/groups/core.yaml", in: folder).contains("id: core-1"))
    }

    @Test("Ansible's INI with ranges and group variables, its YAML, and the list it prints")
    func ansible() throws {
        let folder = try workspace([
            "hosts": """
            [access]
            sw[01:03] ansible_host=10.1.0.9
            [core]
            core ansible_host=10.0.0.1 ansible_port=2222 ansible_password="p4ssw0rd-x"
            [network:children]
            access
            core
            [network:vars]
            ansible_network_os=cisco.ios.ios
            ansible_user=netops
            """,
            "group_vars/core.yml": "ansible_network_os: cisco.nxos.nxos\n",
            "more.yml": """
            all:
              children:
                firewalls:
                  hosts:
                    fw-1: { ansible_host: 10.2.0.1, ansible_network_os: fortinet.fortios.fortios }
            """,
            "list.json": """
            {"_meta": {"hostvars": {"r-9": {"ansible_host": "10.9.0.1", "ansible_network_os": "junos"}}},
             "routers": {"hosts": ["r-9"]}}
            """,
        ])
        let result = try imported(["ansible", "hosts"], in: folder)
        #expect(!(result.output + result.errors).contains("p4ssw0rd-x"))
        let access = try text("Inventory/groups/access.yaml", in: folder)
        for name in ["sw01", "sw02", "sw03"] { #expect(access.contains("id: \(name)"), "\(name)") }
        #expect(access.contains("platform: cisco_ios") && access.contains("credential: imported-netops"))
        let core = try text("Inventory/groups/core.yaml", in: folder)
        #expect(core.contains("port: 2222") && core.contains("platform: cisco_nxos"))
        _ = try imported(["ansible", "more.yml"], in: folder)
        #expect(try text("Inventory/groups/firewalls.yaml", in: folder).contains("platform: fortinet"))
        _ = try imported(["ansible", "list.json"], in: folder)
        #expect(try text("Inventory/groups/routers.yaml", in: folder).contains("address: 10.9.0.1"))
    }

    @Test("NetBox's JSON and a table with quotes; a second import leaves alone what is there")
    func netboxAndTables() throws {
        let folder = try workspace([
            "devices.json": """
            {"count": 2, "results": [
              {"name": "SW Ward 1", "primary_ip4": {"address": "10.0.0.5/24"}, "platform": {"slug": "cisco-ios"},
               "site": {"slug": "north"}, "status": {"value": "active"}, "tags": [{"slug": "clinical"}]},
              {"name": "old", "primary_ip4": null, "platform": null, "site": {"slug": "north"},
               "status": {"value": "decommissioning"}, "tags": []}]}
            """,
            "table.csv": "\u{FEFF}Hostname;IP;Type;Site;Password\r\n\"sw;1\";10.0.0.6;arista_eos;south;xyzzy-1\r\n",
        ])
        let first = try imported(["netbox", "devices.json", "--format", "json"], in: folder)
        let schema = try CommandLineTool(["schema", "inventory-import"], in: folder.path).output
        try JSONCheck.check(first.output, against: schema, called: "inventory-import")
        let north = try text("Inventory/groups/north.yaml", in: folder)
        #expect(north.contains("id: sw-ward-1") && north.contains("tags: [clinical]"))
        #expect(north.contains("state: retired"))
        let again = try imported(["netbox", "devices.json"], in: folder)
        #expect(again.errors.contains("in the inventory already") && again.output.contains("0 devices added"))
        #expect(try text("Inventory/groups/north.yaml", in: folder) == north)
        let dry = try imported(["csv", "table.csv", "--dry-run"], in: folder)
        #expect(dry.output.contains("# Inventory/groups/south.yaml"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/Inventory/groups/south.yaml"))
        let table = try imported(["csv", "table.csv"], in: folder)
        #expect(!(table.output + table.errors).contains("xyzzy-1"))
        #expect(try text("Inventory/groups/south.yaml", in: folder).contains("id: sw-1"))
    }

    @Test(
        "what is no inventory is told with its place, and nothing is written",
        arguments: [
            ("oxidized", "", "no device stands in it"), ("rancid", "sw-1 cisco up\n", "name;type;state"),
            ("ansible", "[open\nx\n", "no ']'"), ("netbox", "{\"results\": [{\"name\": ", "did not find"),
            ("netbox", "{\"devices\": []}", "results"), ("csv", "a,b\n1,2\n", "name of the device"),
            ("csv", "name,ip\nsw-1,10.0.0.1,x,y\n", "fields"), ("csv", "name\n\"open\n", "a quote opens here"),
            ("ansible", "sw[1:9999999]\n", "no range"), ("csv", "name\0\n", "no UTF-8"),
        ])
    func bad(source: String, text: String, reason: String) throws {
        let folder = try workspace(["source": text])
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/Inventory/groups")
        let result = try CommandLineTool(["inventory", "import", source, "source"], in: folder.path)
        #expect(result.status == 78 && result.errors.contains("source:"), "\(result)")
        #expect(result.errors.contains(reason), "\(result)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/Inventory/groups") == before)
    }
}
