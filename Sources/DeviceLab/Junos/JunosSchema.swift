/// The statements that the lab's Junos knows, in the order in which it prints them.
///
/// One statement to a line, its inner ones indented below it. `@` stands for any word: the statement is one of many, named so.
/// `*` is the value of a statement that has one, `**` of one that may have many. `ordered` keeps the order of entry, and
/// `oneline` prints a statement with what little it holds on one line.
struct JunosSchema: Sendable {
    enum Kind: Sendable { case section, entry, value, values, flag }

    struct Statement: Sendable {
        var words: [String]
        var kind: Kind
        var isOrdered = false
        var isOneLine = false
        /// In the order of printing.
        var inner: [Int] = []
    }

    /// The first is the whole configuration.
    let statements: [Statement]

    static let known = JunosSchema(text)

    private init(_ text: String) {
        var statements = [Statement(words: [], kind: .section)]
        var open: [(indent: Int, statement: Int)] = [(-1, 0)]
        for line in text.split(separator: "\n") {
            let indent = line.prefix { $0 == " " }.count
            var words = line.words
            let isOrdered = words.contains("ordered")
            let isOneLine = words.contains("oneline")
            words.removeAll { ["ordered", "oneline"].contains($0) }
            let kind: Kind =
                switch words.last {
                case "*": .value
                case "**": .values
                default: words.contains("@") ? .entry : .flag
                }
            if kind == .value || kind == .values { words.removeLast() }
            open.removeAll { $0.indent >= indent }
            let parent = open.last?.statement ?? 0
            if statements[parent].kind == .flag { statements[parent].kind = .section }
            statements[parent].inner.append(statements.count)
            open.append((indent, statements.count))
            statements.append(Statement(words: words, kind: kind, isOrdered: isOrdered, isOneLine: isOneLine))
        }
        self.statements = statements
    }

    /// The statement that words begin inside another one; the word for word one before one of any name.
    func inner(of statement: Int, beginning words: ArraySlice<String>) -> Int? {
        let fitting = statements[statement].inner.filter { candidate in
            let pattern = statements[candidate].words
            return words.count >= pattern.count && zip(pattern, words).allSatisfy { $0 == "@" || $0 == $1 }
        }
        return fitting.first { statements[$0].words.first != "@" } ?? fitting.first
    }

    private static let text = """
        version *
        groups @
         system
          host-name *
        apply-groups **
        system
         host-name *
         domain-name *
         time-zone *
         root-authentication
          encrypted-password *
         authentication-order **
         name-server @
         tacplus-server @
          secret *
          source-address *
         radius-server @
          secret *
          source-address *
         login
          message *
          class @
           idle-timeout *
           permissions **
           allow-commands *
          user @
           full-name *
           uid *
           class *
           authentication
            encrypted-password *
            ssh-ed25519 @
            ssh-rsa @
         services
          ssh
           root-login *
           protocol-version *
           max-sessions-per-connection *
          netconf
           ssh
          telnet
          web-management
           https
            system-generated-certificate
         syslog
          user @
           any *
          host @
           any *
           authorization *
           interactive-commands *
          file @
           any *
           authorization *
           interactive-commands *
         max-configurations-on-flash *
         max-configuration-rollbacks *
         archival
          configuration
           transfer-on-commit
           archive-sites @
         ntp
          boot-server *
          server @ oneline
           prefer
        chassis
         alarm
          management-ethernet
           link-down *
         aggregated-devices
          ethernet
           device-count *
        security
         log
          mode *
         zones
          security-zone @
           host-inbound-traffic
            system-services @
            protocols @
           interfaces @
         policies
          from-zone @ to-zone @
           policy @ ordered
            match
             source-address **
             destination-address **
             application **
            then
             permit
             deny
        interfaces
         @
          description *
          disable
          mtu *
          speed *
          ether-options
           802.3ad *
          native-vlan-id *
          unit @
           description *
           vlan-id *
           family inet
            filter
             input *
             output *
            address @
             primary
           family inet6
            address @
           family ethernet-switching
            interface-mode *
            vlan
             members **
            storm-control *
        snmp
         description *
         location *
         contact *
         community @
          authorization *
          clients @
         trap-group @
          version *
          targets @
        forwarding-options
         storm-control-profiles @
          all
        policy-options
         prefix-list @
          @
         policy-statement @
          term @ ordered
           from
            protocol **
            prefix-list @
           then
            accept
            reject
        firewall
         family inet
          filter @
           term @ ordered
            from
             source-address @
             destination-address @
             source-prefix-list @
             protocol **
             destination-port **
            then
             count *
             log
             accept
             discard
             reject
        routing-options
         router-id *
         static
          route @ oneline
           next-hop **
           discard
        protocols
         bgp
          group @
           type *
           local-address *
           peer-as *
           neighbor @
            description *
            peer-as *
         ospf
          area @
           interface @
            passive
            metric *
         lldp
          interface @
         rstp
          bridge-priority *
          interface @
           edge
        switch-options
         voip
          interface @
           vlan *
        vlans
         @
          description *
          vlan-id *
          l3-interface *
        """
}
